"""What IPython runs first in each kernel (PYTHONSTARTUP), in the reader's own namespace.

There are no threads: matplotlib says at once that it is looking for fonts, and tqdm that nobody
watches its bars. Both would be red boxes for nothing.
"""

import logging

from tqdm import tqdm

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
tqdm.monitor_interval = 0
del logging, tqdm
