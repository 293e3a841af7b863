"""One folder per group of endpoints: one Lambda, one application."""

import gc

# By default Python looks for garbage whenever 700 objects are new. Imports make many more, for good:
# looking at them again and again took an eighth of a cold start.
gc.set_threshold(10_000)
