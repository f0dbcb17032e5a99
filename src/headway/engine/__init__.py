"""Planning and nothing else: values in, values out; no clock, no database, no web.

The engine can be used as a library on its own. Its functions take values of ``headway.engine.values``,
refuse what is out of bounds with ``headway.engine.errors.Invalid``, and never ask what day it is.
"""
