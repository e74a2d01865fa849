"""Dictionaries (НСИ): the common ones that every family refers to, and those that organisations keep themselves."""
