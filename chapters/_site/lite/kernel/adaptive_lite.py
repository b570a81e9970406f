"""What IPython runs first in each kernel (PYTHONSTARTUP), in the reader's own namespace."""

import logging

# Without threads matplotlib says at once that it is looking for fonts: a red box for nothing.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
del logging
