// Progress as text.
#include "experiments/app/narrator.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace antigrad::app {
namespace {

using search::Progress;
using search::Trial;

std::string score_text(double score) {
  return std::abs(score) < 1000 ? fmt::format("{:+.3f}", score) : fmt::format("{:+.3g}", score);
}

std::string summary_of(const Progress& p) {
  std::string text = fmt::format("{} {} {}/{}", search::to_string(p.phase),
                                 bar(p.finished, p.total, 24), p.finished, p.total);
  if (p.best_trial >= 0)
    text += fmt::format("  best #{} {}", p.best_trial, score_text(p.best_score));
  text += "  " + duration(p.elapsed_seconds) + " gone";
  if (p.remaining_seconds >= 0) text += ", about " + duration(p.remaining_seconds) + " to go";
  return text;
}

std::string result_of(const Trial& trial) {
  if (trial.state == search::TrialState::fail)
    return fmt::format("{}: {}", search::to_string(trial.outcome), trial.reason);
  if (trial.scores.empty()) return "trained";  // scored when all of its kind are in
  return fmt::format("{} {} at rung {}", score_text(trial.score()), search::to_string(trial.state),
                     trial.scores.size());
}

std::string shortened(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 3) + "...";
}

}  // namespace

std::string bar(int done, int total, int width) {
  const int full = total > 0 ? std::clamp(width * done / total, 0, width) : width;
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '-') + "]";
}

std::string duration(double seconds) {
  const auto s = std::lround(seconds);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}:{:02} min", s / 60, s % 60);
  return fmt::format("{}:{:02} h", s / 3600, s / 60 % 60);
}

Narrator::Narrator(std::FILE* out) : out_(out), terminal_(::isatty(::fileno(out)) == 1) {}

Narrator::~Narrator() {
  if (drawn_) std::fputc('\n', out_);
}

void Narrator::draw(const Progress& progress) {
  if (!terminal_ || progress.phase == search::Phase::done) return;
  fmt::print(out_, "\r\x1b[K{}", summary_of(progress));
  std::fflush(out_);
  drawn_ = true;
}

void Narrator::line(const std::string& text) {
  fmt::print(out_, "{}{}\n", drawn_ ? "\r\x1b[K" : "", text);
  std::fflush(out_);
  drawn_ = false;
}

void Narrator::phase_began(const Progress& progress) {
  if (progress.phase != search::Phase::done && progress.finished < progress.total) {
    line(fmt::format(
        "{}: {} trials{}", search::to_string(progress.phase), progress.total,
        progress.finished > 0 ? fmt::format(", {} of them done before", progress.finished) : ""));
  }
  draw(progress);
}

void Narrator::proposed(const Trial&, const Progress& progress) { draw(progress); }
void Narrator::rung_finished(const Trial&, const Progress& progress) { draw(progress); }

void Narrator::trial_finished(const Trial& trial, const Progress& progress) {
  const bool named = trial.candidate.baseline;
  const std::string what =
      named ? trial.candidate.title
            : fmt::format("#{}", trial.search_trial >= 0 ? trial.search_trial : trial.number);
  std::string text = fmt::format("  {:<6} {:<32}", what, result_of(trial));
  if (!named) text += " " + shortened(trial.candidate.activation, 60);
  if (!terminal_)
    text += fmt::format("  ({}/{}{})", progress.finished, progress.total,
                        progress.remaining_seconds >= 0
                            ? ", about " + duration(progress.remaining_seconds) + " to go"
                            : "");
  line(text);
  draw(progress);
}

}  // namespace antigrad::app
