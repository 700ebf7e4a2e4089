// What a search says while it runs: a bar that is redrawn on a terminal, a line a finished trial
// elsewhere.
#pragma once
#include <chrono>
#include <cstdio>
#include <string>

#include "search/engine.hpp"

namespace antigrad::app {

class Narrator : public search::Listener {
 public:
  /// Writes to `out`; a terminal gets the bar.
  explicit Narrator(std::FILE* out);
  ~Narrator() override;  // leaves the cursor on a new line

  void phase_began(const search::Progress& progress) override;
  void proposed(const search::Trial& trial, const search::Progress& progress) override;
  void rung_finished(const search::Trial& trial, const search::Progress& progress) override;
  void trial_finished(const search::Trial& trial, const search::Progress& progress) override;

 private:
  void draw(const search::Progress& progress);
  void line(const std::string& text);  // above the bar

  std::FILE* out_;
  bool terminal_;
  bool drawn_ = false;  // there is a bar on the current line
};

/// "[######----------]" with `width` cells inside.
std::string bar(int done, int total, int width);
/// "45 s", "3:20 min", "2:05 h".
std::string duration(double seconds);

}  // namespace antigrad::app
