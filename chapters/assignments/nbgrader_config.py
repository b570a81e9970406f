"""nbgrader's settings for the assignments, all in one place.

``python -m adaptive.course`` reads them; so do nbgrader's own commands and
formgrader, if they are started in this folder.
"""

from adaptive.course.instructor import TEMPLATES
from adaptive.course.regions import CODE_STUB, TEXT_STUB

c = get_config()  # noqa: F821, whoever reads this file brings it

c.CourseDirectory.course_id = "adaptive"

# Where nbgrader's own commands hand out and collect, if you use them:
# c.Exchange.root = "/srv/nbgrader/exchange"

# --------------------------------------------- what students get

c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "adaptive.course.instructor.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB

# --------------------------------------------- autograding

# Seconds a cell may take.
c.Execute.timeout = 30
c.Execute.interrupt_on_timeout = True
TOO_LONG = "The cell was stopped: is there a loop in it that never ends?"
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": TOO_LONG,
    "traceback": [TOO_LONG],
}
# Seconds to wait for a cell that does not stop when it is interrupted, and
# for what a cell shows last.
c.Execute.iopub_timeout = 10
c.Execute.shutdown_kernel = "immediate"
c.Execute.extra_arguments = ["--log-level=ERROR"]
# GiB a submission may use, and seconds that all its cells may take together.
c.Run.memory = 4
c.Run.limit = 300

c.Autograde.sanitize_preprocessors = [
    "adaptive.course.instructor.preprocessors.Restore",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "adaptive.course.instructor.preprocessors.Run",
    "nbgrader.preprocessors.LimitOutput",
    "adaptive.course.instructor.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# A test cell that was deleted comes back.
c.OverwriteCells.add_missing_cells = True

# --------------------------------------------- late submissions

LATE_DAYS = "adaptive.course.instructor.late.LateDays"
c.AssignLatePenalties.plugin_class = LATE_DAYS
# Off for each day that has begun, as a share of all points: 0.1 is a tenth.
c.LateDays.per_day = 0.0
# Days in a term that cost nothing, and minutes that are not late.
c.LateDays.free = 0
c.LateDays.grace = 0

# --------------------------------------------- feedback

# What students have written and printed is cleaned: nothing in it runs.
c.GenerateFeedback.exporter_class = "adaptive.course.instructor.feedback.Page"
# The page has all that it shows: formulas are MathML, sliders are words.
# Formgrader has a page of its own.
c.Page.template_name = "adaptive"
c.Page.extra_template_basedirs = [TEMPLATES]
c.Page.filters = {
    "with_formulas": "adaptive.course.instructor.readable.with_formulas"
}
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "adaptive.course.instructor.readable.Waiting",
    # By default the hidden tests would be in it.
    "adaptive.course.instructor.preprocessors.ClearHiddenTests",
    "adaptive.course.instructor.readable.Widgets",
    "adaptive.course.instructor.feedback.Pictures",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# Warnings and errors only.
c.NbGrader.log_level = 30
