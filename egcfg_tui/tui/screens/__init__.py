"""The screens: the workbench, and what opens over it."""
