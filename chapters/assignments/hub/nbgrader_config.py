"""nbgrader's settings for all users of a hub; the instructor's are beside the course."""

from pathlib import Path

c = get_config()  # noqa: F821, whoever reads this file brings it

c.CourseDirectory.course_id = "adaptive"
c.Exchange.root = "/srv/nbgrader/exchange"

# Formgrader is started elsewhere than in the folder of the course.
COURSE = Path.home() / "course"
if (COURSE / "nbgrader_config.py").is_file():
    load_subconfig("nbgrader_config.py", path=str(COURSE))  # noqa: F821
    c.CourseDirectory.root = str(COURSE)
