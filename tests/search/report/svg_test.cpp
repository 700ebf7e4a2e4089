// Drawings: ticks, labels; and what the checker of pages finds.
#include "search/report/svg.hpp"

#include <gtest/gtest.h>

#include "../html_checker.hpp"

namespace antigrad::search {
namespace {

TEST(ReportChecker, FindsWhatIsBroken) {
  const char* const broken[] = {"<html><p></html>",
                                "<html>a & b</html>",
                                "<html a=b></html>",
                                "<html>a < b</html>",
                                "<html><p a=\"1\" a=\"2\"></p></html>",
                                "<html></html></p>"};
  for (const char* html : broken) EXPECT_NE(malformed(html), "") << html;
  EXPECT_EQ(malformed("<!DOCTYPE html><html lang=\"en\"><br/>a &amp; b</html>"), "");
  EXPECT_NE(unsound("<path d=\"M0 0Lnan 1\"/>"), "");
  EXPECT_NE(unsound("<circle cx=\"inf\"/>"), "");
  EXPECT_NE(unsound("<p id=\"a\"/><p id=\"a\"/>"), "");
}

TEST(SvgTicks, AreRoundAndInside) {
  struct Case {
    double lo, hi;
    svg::Scale scale;
    const char* want;
  };
  const Case cases[] = {
      {-5, 5, svg::Scale::linear, "−4 −2 0 2 4"},
      {0, 1, svg::Scale::linear, "0 0.2 0.4 0.6 0.8 1.0"},
      {0.61, 0.64, svg::Scale::linear, "0.610 0.615 0.620 0.625 0.630 0.635 0.640"},
      {0, 300, svg::Scale::linear, "0 50 100 150 200 250 300"},
      {-20, 200, svg::Scale::asinh, "−10 −1 0 1 10 100"}};
  for (const Case& c : cases) {
    std::string got;
    const std::vector<double> ticks = svg::ticks({c.lo, c.hi, false}, 6, c.scale);
    for (const double t : ticks)
      got += (got.empty() ? "" : " ") + svg::tick_text(t, ticks[1] - ticks[0]);
    EXPECT_EQ(got, c.want) << c.lo << " to " << c.hi;
  }
}

TEST(SvgChart, EndLabelsDoNotOverlap) {
  svg::Chart chart(
      {.title = "labels", .x = {.range = {0, 1, false}}, .y = {.range = {0, 1, false}}});
  std::vector<svg::Chart::EndLabel> labels;
  for (int i = 0; i < 10; ++i) labels.push_back({0.001 * i, "same", "f0"});
  chart.end_labels(labels);
  const std::string text = chart.text("c");
  static const std::regex kPlace(R"re(class="name f0" x="[^"]*" y="([^"]*)")re");
  std::vector<double> places;
  for (std::sregex_iterator it(text.begin(), text.end(), kPlace), end; it != end; ++it)
    places.push_back(std::stod((*it)[1]));
  ASSERT_EQ(places.size(), 10u);
  for (std::size_t i = 1; i < places.size(); ++i) EXPECT_GE(places[i] - places[i - 1], 12);
}

}  // namespace
}  // namespace antigrad::search
