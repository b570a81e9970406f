"""Answers to assignment 5. Sections are read by `tests.course.fast`; nothing here is imported."""
