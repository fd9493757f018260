// The owner of this module removes this file with its first real one.
