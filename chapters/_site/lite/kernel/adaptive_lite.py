"""What IPython runs first in each kernel (PYTHONSTARTUP), in the reader's own namespace."""

import asyncio
import importlib
import logging

from IPython import get_ipython

# Without threads matplotlib says at once that it is looking for fonts: a red box for nothing.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
# What is completed are the names that are there: to guess others would be a package more to load.
get_ipython().Completer.use_jedi = False
# What each notebook imports, while its reader still reads.
for _name in ("matplotlib.pyplot", "adaptive"):
    asyncio.get_event_loop().call_later(0.1, importlib.import_module, _name)
del asyncio, importlib, logging, get_ipython, _name
