//! Claims about the whole of it.
