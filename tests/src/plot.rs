//! A plot of all values over the width of a network, as a vector graphic.

use core::fmt::{self, Write as _};

use losscape::base::elementary::ln;

const LEFT: f32 = 60.0;
const TOP: f32 = 20.0;
const INNER: [f32; 2] = [620.0, 330.0];

/// How a value is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An open circle.
    Open,
    /// A filled circle.
    Filled,
    /// A short horizontal line.
    Line,
}

/// A column for each width, its values on a logarithmic scale.
#[derive(Clone, Debug)]
pub struct WidthPlot {
    svg: String,
    columns: f32,
    highest: f32, // decimal logarithm of the upper edge
    decades: f32, // from the upper to the lower edge
    legend: f32,  // vertical place of the next entry
}

impl WidthPlot {
    /// An empty plot. `scale` holds the powers of ten from the upper to the lower edge, as they are written.
    ///
    /// # Errors
    /// None: a string takes whatever is written to it.
    pub fn new(title: &str, widths: &[usize], highest: f32, scale: &[&str]) -> Result<Self, fmt::Error> {
        let columns = f32::from(u16::try_from(widths.len()).unwrap_or(u16::MAX));
        let decades = f32::from(u16::try_from(scale.len()).unwrap_or(u16::MAX)) - 1.0;
        let mut plot = Self { svg: String::new(), columns, highest, decades, legend: 34.0 };
        writeln!(
            plot.svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 410\" font-family=\"sans-serif\" \
             font-size=\"13\" role=\"img\" aria-label=\"{title}\">\n\
             <rect width=\"700\" height=\"410\" fill=\"#ffffff\"/>"
        )?;
        for (k, label) in (0u16..).zip(scale) {
            let y = TOP + INNER[1] / decades * f32::from(k);
            writeln!(
                plot.svg,
                "<path d=\"M{LEFT} {y:.1}H690\" stroke=\"#dddddd\"/><text x=\"52\" y=\"{:.1}\" \
                 text-anchor=\"end\">{label}</text>",
                y + 4.0
            )?;
        }
        for (column, width) in (0u16..).zip(widths) {
            let x = plot.x(column, 0.0);
            writeln!(plot.svg, "<text x=\"{x:.1}\" y=\"370\" text-anchor=\"middle\">{width}</text>")?;
        }
        Ok(plot)
    }

    fn x(&self, column: u16, aside: f32) -> f32 {
        LEFT + INNER[0] / self.columns * (f32::from(column) + 0.5) + aside
    }

    /// A value in a column, so far beside its middle; what is too low for the scale lies on its lower edge.
    ///
    /// # Errors
    /// None: a string takes whatever is written to it.
    pub fn mark(&mut self, column: u16, aside: f32, value: f32, mark: Mark) -> fmt::Result {
        let below = self.highest - ln(value) / core::f32::consts::LN_10;
        let share = if below < self.decades { below / self.decades } else { 1.0 };
        let (x, y) = (self.x(column, aside), TOP + INNER[1] * share);
        self.draw(x, y, mark)
    }

    fn draw(&mut self, x: f32, y: f32, mark: Mark) -> fmt::Result {
        match mark {
            Mark::Open => writeln!(
                self.svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"none\" stroke=\"#555555\"/>"
            ),
            Mark::Filled => {
                writeln!(self.svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#d55e00\"/>")
            }
            Mark::Line => writeln!(
                self.svg,
                "<path d=\"M{:.1} {y:.1}h8\" stroke=\"#0072b2\" stroke-width=\"2\"/>",
                x - 4.0
            ),
        }
    }

    /// Says what a mark means.
    ///
    /// # Errors
    /// None: a string takes whatever is written to it.
    pub fn explain(&mut self, mark: Mark, meaning: &str) -> fmt::Result {
        let y = self.legend;
        self.legend += 20.0;
        self.draw(420.0, y, mark)?;
        writeln!(self.svg, "<text x=\"430\" y=\"{:.1}\">{meaning}</text>", y + 4.0)
    }

    /// The finished graphic.
    ///
    /// # Errors
    /// None: a string takes whatever is written to it.
    pub fn finish(mut self) -> Result<String, fmt::Error> {
        writeln!(self.svg, "<text x=\"370\" y=\"390\" text-anchor=\"middle\">hidden units h</text>\n</svg>")?;
        Ok(self.svg)
    }
}
