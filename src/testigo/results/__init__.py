"""The result as everybody sees it: a page in each language, JSON and CSV, from a published record.

`results_page` writes them, `view` is what the page shows (`contests`: of contests), `hemicycle` places seats, `exports`
makes the tables. The page's words are in the catalogues `results.po`.
"""

from testigo.results.results_page import publish_results, write_results
from testigo.results.view import RecordInfo, RefusalRow

__all__ = ["RecordInfo", "RefusalRow", "publish_results", "write_results"]
