"""JupyterHub's settings for a course on one server; its users are users of the system."""

c = get_config()  # noqa: F821, JupyterHub brings it

# Whoever has an account on this server may log in.
c.Authenticator.allow_all = True
# May start and stop everybody's server, at /hub/admin.
c.Authenticator.admin_users = {"instructor"}

# A web server in front of it, which has the certificate, answers the world.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

c.Spawner.default_url = "/lab"
# A login shell would look for Python where the system has it, not where the course has it.
c.Spawner.args = ["--ServerApp.terminado_settings={'shell_command': ['bash']}"]
# Many users share the cores, and arrays of the course's size gain nothing from threads.
c.Spawner.environment = {"OPENBLAS_NUM_THREADS": "1"}
