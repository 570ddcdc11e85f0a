"""The report of one pump: its record as one HTML page that needs nothing else."""

from host_tools.report.page import report_html

__all__ = ["report_html"]
