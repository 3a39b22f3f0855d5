"""Many articles at once: worker processes that read them, each guarded from the others."""
