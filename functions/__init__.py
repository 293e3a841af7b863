"""One folder per group of endpoints: one Lambda, one application."""

import gc

# By default Python looks for garbage whenever 700 objects are new. Imports make hundreds of thousands that stay:
# an eighth of a cold start would go into looking at them again and again.
gc.set_threshold(10_000)
