"""Rules one by one."""
