// The worker's side of the protocol in worker.hpp.
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "search/record.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

class Lines {
 public:
  explicit Lines(int file) : file_(file) {}

  std::optional<std::string> next() {
    std::size_t end;
    while ((end = buffer_.find('\n')) == std::string::npos) {
      char chunk[65536];
      const ssize_t n = ::read(file_, chunk, sizeof chunk);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return std::nullopt;
      buffer_.append(chunk, static_cast<std::size_t>(n));
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
  }

 private:
  int file_;
  std::string buffer_;
};

bool write_line(int file, const std::string& line) {
  const std::string text = line + '\n';
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(file, text.data() + sent, text.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

Json answer_to(const Json& request, trainer::Evaluator& evaluator) {
  try {
    if (request.contains("evaluate_together")) {
      std::vector<trainer::Evaluation> all;
      for (const Json& one : request.at("evaluate_together"))
        all.push_back(evaluation_from_json(one));
      Json answers = Json::array();
      for (const trainer::Measurement& m : evaluator.evaluate_together(all))
        answers.push_back(to_json(m, true));
      return {{"measurements", std::move(answers)}};
    }
    const trainer::Evaluation evaluation = evaluation_from_json(request.at("evaluate"));
    return {{"measurement", to_json(evaluator.evaluate(evaluation), true)}};
  } catch (const space::Error& e) {
    return {{"error", e.what()}};
  }
}

}  // namespace

int serve_worker(int in, int out, trainer::Evaluator& evaluator) {
  if (!write_line(out, to_text({{"ready", true}}))) return 1;
  Lines lines(in);
  while (const std::optional<std::string> line = lines.next()) {
    const Json request = parse_json(*line);
    if (request.contains("forget")) {
      evaluator.forget();
    } else if (!write_line(out, to_text(answer_to(request, evaluator)))) {
      return 1;
    }
  }
  return 0;
}

}  // namespace antigrad::search
