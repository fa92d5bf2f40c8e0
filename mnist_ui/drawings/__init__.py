"""Drawings on every page that takes or shows them: answer, draft, kept ones, the last one."""
