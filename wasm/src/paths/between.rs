//! The path between the trained ends.

use losscape::path::PathReport;

use super::plane::Route;
use super::search::Search;

/// The straight line from A to one end, and its scan.
pub(super) struct Line {
    pub(super) images: Vec<f32>,
    pub(super) report: PathReport,
}

/// The path between the trained ends.
pub(super) struct Between {
    pub(super) straight: Line,
    pub(super) aligned: Line,
    /// Whether the search begins with the aligned line.
    pub(super) align: bool,
    pub(super) search: Search,
}

impl Between {
    /// The line that the search begins with.
    const fn begun(&self) -> &Line {
        if self.align { &self.aligned } else { &self.straight }
    }

    /// The best path and its scan; before the first scan, the line that the search begins with.
    pub(super) fn best(&self) -> (&[f32], PathReport) {
        let begun = self.begun();
        self.search.best().unwrap_or((&begun.images, begun.report))
    }

    pub(super) fn images(&self, route: Route) -> &[f32] {
        match route {
            Route::Straight => &self.straight.images,
            Route::Aligned => &self.aligned.images,
            Route::Band => self.search.band(),
            Route::Best => self.best().0,
        }
    }
}
