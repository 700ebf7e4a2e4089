// A small chart as inline SVG: axes with round ticks, lines, dots, bars, bands, labels. Colours are
// classes, so that the page's style (dark, light, printed) decides. Coordinates are finite whatever
// the data: points that are not finite are left out, what lies outside is clipped.
#pragma once
#include <span>
#include <string>
#include <vector>

namespace antigrad::search::svg {

/// Text for element content and quoted attributes: & < > " ' escaped, control characters (which XML
/// forbids) shown as U+FFFD.
std::string escaped(const std::string& text);

/// A coordinate with at most two decimals. Not finite: 0.
std::string coordinate(double v);

struct Point {
  double x = 0, y = 0;
};

/// Smallest and largest of the finite values it has seen.
struct Range {
  double lo = 0, hi = 0;
  bool empty = true;
  void add(double v);
  double size() const { return hi - lo; }
  /// Wider by a share of its size on both sides; never without size.
  Range padded(double share) const;
};

/// linear, or inverse hyperbolic sine: linear near 0, logarithmic far out, for values of any sign.
enum class Scale { linear, asinh };

/// Round values inside the range, about as many as asked for (2 or more), ascending.
std::vector<double> ticks(Range range, int about, Scale scale = Scale::linear);
/// Decimals that a tick needs: 0.25, -3, 1e+06.
std::string tick_text(double v, double step);

struct Axis {
  Range range;
  Scale scale = Scale::linear;
  std::string label{};
  int ticks = 5;     // about so many; 0 = none
  bool grid = true;  // a faint line at each tick
};

struct Frame {
  double width = 360, height = 240;                    // of the view box
  double left = 46, right = 10, top = 8, bottom = 36;  // margins
  std::string title;                                   // for readers who cannot see it
  Axis x, y;
};

enum class Mark { disc, ring, square, cross, diamond };

class Chart {
 public:
  explicit Chart(Frame frame);

  // `style` is a list of classes. A tooltip is plain text, "" = none.
  void line(std::span<const Point> points, const std::string& style,
            const std::string& tooltip = "");
  void mark(Point at, Mark mark, const std::string& style, const std::string& tooltip = "",
            double radius = 3.5);
  void bar(Point from, Point to, const std::string& style);  // a whisker, clipped to the frame
  void band(double y_low, double y_high, const std::string& style);
  void level(double y, const std::string& style);  // across the chart
  void vertical(double x, const std::string& style);
  /// Text at a place of the data, moved by (dx, dy) of the view box; anchor: start, middle, end.
  void label(Point at, const std::string& text, const std::string& style,
             const std::string& anchor = "start", double dx = 0, double dy = 0);
  /// Names at the right edge, beside the value of each but never on top of each other.
  struct EndLabel {
    double y;  // of the data
    std::string text, style;
  };
  void end_labels(std::vector<EndLabel> labels);

  double x(double v) const;  // to the view box, clamped to the frame
  double y(double v) const;

  /// The whole element. id: unique in the page.
  std::string text(const std::string& id) const;

 private:
  std::string axes() const;
  Frame frame_;
  std::string clipped_, free_;  // elements inside the clip path, and the rest
};

}  // namespace antigrad::search::svg
