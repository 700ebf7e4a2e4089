// The drawn functions of a report.
#include <gtest/gtest.h>

#include "search/report/report_page.hpp"

namespace antigrad::search {
namespace {

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

std::string drawn(std::size_t baselines) {
  const Summary summary;
  const Costs costs;
  std::vector<Trial> trials(baselines);
  report::Page page{summary, costs, {}};
  for (Trial& trial : trials) {
    trial.candidate.activation = "0 | 0 | 1";
    trial.candidate.baseline = true;
    page.series.push_back({&trial.candidate, &trial, 0, "ReLU", "b0"});
  }
  return report::functions_section(page);
}

TEST(ReportFunctions, AreDrawnEachAndTheRestIsCountedWhereThereAreTooMany) {
  EXPECT_EQ(occurrences(drawn(5), "</article>"), 5);
  EXPECT_EQ(drawn(24).find("more are in the tables"), std::string::npos);
  const std::string many = drawn(346);
  EXPECT_EQ(occurrences(many, "</article>"), 24);
  EXPECT_NE(many.find("322 more are in the tables"), std::string::npos);
  EXPECT_LT(many.size(), 10'000'000u) << "it grew with the square: 640 MB";
}

}  // namespace
}  // namespace antigrad::search
