// Programs as evaluators: small shell scripts that are well-behaved or not.
#include "search/command_evaluator.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "fake.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

using trainer::Outcome;

/// A program that is this shell script.
std::string script(const fake::Folder& folder, const std::string& name, const std::string& body) {
  const std::string path = folder / name;
  std::ofstream(path) << "#!/bin/sh\n" << body;
  ::chmod(path.c_str(), 0755);
  return path;
}

CommandOptions options(const std::string& program) {
  CommandOptions o;
  o.command = {{program}, 0.5};
  o.limits = {60, 200};
  o.full_steps = {{"t", 40}};
  o.exported = [](const std::string& a) { return ExportedActivation{"/tmp/" + a + ".py", "C"}; };
  return o;
}

// Ten steps a line; waits where it is told to; leaves word of how it ended.
constexpr const char* kPolite = R"(
read first; echo "$first" >> "$0.heard"
step=0; until=$(echo "$first" | sed 's/.*"until":\([0-9]*\).*/\1/')
echo "a line for people"
while [ $step -lt 40 ]; do
  step=$((step + 10)); echo "{\"step\": $step, \"loss\": $((100 - step)), \"accuracy\": 0.5}"
  [ $step -lt $until ] && continue
  read next || exit 0
  echo "$next" >> "$0.heard"
  case "$next" in *prune*) exit 0;; esac
  until=$(echo "$next" | sed 's/.*:\([0-9]*\).*/\1/')
done
)";

std::string heard(const std::string& program) {
  std::ifstream in(program + ".heard");
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(CommandEvaluator, GoesOnWhereItWaitsAndIsToldToEnd) {
  const fake::Folder folder;
  const std::string program = script(folder, "polite", kPolite);
  const auto evaluator = make_command_evaluator(options(program));
  const auto first = evaluator->evaluate({"gelu", "t", 7, 20});
  EXPECT_EQ(first.outcome, Outcome::ok) << first.reason;
  EXPECT_EQ(first.steps, 20);
  ASSERT_EQ(first.curve.size(), 2u);
  EXPECT_EQ(first.curve[1].validation_loss, 80);
  EXPECT_EQ(first.curve[1].validation_accuracy, 0.5);
  EXPECT_EQ(evaluator->evaluate({"gelu", "t", 7, 30}).curve.size(), 3u);
  EXPECT_EQ(evaluator->evaluate({"gelu", "t", 7, 10}).steps, 10) << "what it has said before";
  evaluator->forget();
  EXPECT_EQ(heard(program),
            "{\"activation\":\"gelu\",\"class\":\"C\",\"pytorch\":\"/tmp/gelu.py\",\"seed\":7,"
            "\"steps\":40,\"task\":\"t\",\"until\":20}\n{\"until\":30}\n{\"prune\":true}\n");
}

TEST(CommandEvaluator, NoShellReadsTheCommandOrTheActivation) {
  const fake::Folder folder;
  const std::string touched = folder / "touched";
  const std::vector<std::string> words = {"; touch " + touched,
                                          "$(touch " + touched + ")",
                                          "`touch " + touched + "`",
                                          "| touch " + touched,
                                          "*",
                                          "~",
                                          "a  b"};
  CommandOptions o =
      options(script(folder, "words",
                     "for word in \"$@\"; do printf '%s\\n' \"$word\" >> \"$0.words\"; done\n"
                     "read first; echo '{\"step\": 40, \"loss\": 1}'; read next\n"));
  o.command.command.insert(o.command.command.end(), words.begin(), words.end());
  const auto evaluator = make_command_evaluator(o);
  const auto m = evaluator->evaluate({words[1] + "; touch " + touched, "t", 7, 40});
  EXPECT_EQ(m.outcome, Outcome::ok) << m.reason;
  evaluator->forget();
  EXPECT_FALSE(std::filesystem::exists(touched));
  std::ifstream in(folder / "words.words");
  std::vector<std::string> got;
  for (std::string line; std::getline(in, line);) got.push_back(line);
  EXPECT_EQ(got, words);
}

TEST(CommandEvaluator, WhatGoesWrongIsAResultWithItsReason) {
  struct Case {
    const char *body, *expected;
    Outcome outcome;
    double seconds = 60;
  };
  const Case cases[] = {
      {"read x; echo '{\"step\": 10, \"loss\": 1}'; exit 3\n",
       "ended with exit status 3 before step 40", Outcome::crashed},
      {"kill -SEGV $$\n", "SIGSEGV", Outcome::crashed},
      {"read x; exec sleep 60\n", "over 0.3 s", Outcome::timeout, 0.3},
      {"read x; echo '{\"step\": 10}'; exec sleep 60\n", "expected {\"step\": n, \"loss\": x}",
       Outcome::crashed},
      {"read x; echo '{\"step\": 10, \"loss\": 1}'; echo '{\"step\": 10, \"loss\": 1}'; exec sleep "
       "60\n",
       "step 10 after step 10", Outcome::crashed},
      {"read x; exec sort -S 1G /dev/zero\n", "over 200 MiB", Outcome::out_of_memory},
      {"read x; sort -S 1G /dev/zero & wait\n", "over 200 MiB", Outcome::out_of_memory},
      {"read x; setsid sort -S 1G /dev/zero & wait\n", "over 200 MiB", Outcome::out_of_memory},
  };
  const fake::Folder folder;
  for (const Case& c : cases) {
    CommandOptions o = options(script(folder, "bad", c.body));
    o.limits.seconds = c.seconds;
    const auto evaluator = make_command_evaluator(o);
    const auto m = evaluator->evaluate({"gelu", "t", 7, 40});
    EXPECT_EQ(m.outcome, c.outcome) << c.body << m.reason;
    EXPECT_NE(m.reason.find(c.expected), std::string::npos) << c.body << m.reason;
  }
  EXPECT_THROW(make_command_evaluator(options(folder / "none"))->evaluate({"gelu", "t", 7, 40}),
               space::Error);
}

TEST(CommandEvaluator, WhatIsGivenUpEndsAtOnce) {
  const fake::Folder folder;
  CommandOptions o = options(script(folder, "slow", "read x; exec sleep 60\n"));
  std::atomic<bool> cancel = false;
  o.cancel = &cancel;
  const auto evaluator = make_command_evaluator(o);
  const auto begin = std::chrono::steady_clock::now();
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    cancel = true;
  });
  const auto m = evaluator->evaluate({"gelu", "t", 7, 40});
  EXPECT_EQ(m.outcome, Outcome::crashed);
  EXPECT_EQ(m.reason, "given up");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
}

TEST(CommandEvaluator, OneThatDoesNotListenIsKilledAfterItsGrace) {
  const fake::Folder folder;
  const auto evaluator = make_command_evaluator(
      options(script(folder, "deaf",
                     "trap '' TERM; read x; echo '{\"step\": 10, \"loss\": 1}'\n"
                     "echo $$ > \"$0.pid\"; exec sleep 60\n")));
  EXPECT_EQ(evaluator->evaluate({"gelu", "t", 7, 10}).outcome, Outcome::ok);
  std::ifstream in;
  for (int i = 0; i < 500 && !(in.is_open() && in.peek() > 0); ++i) {
    in = std::ifstream(folder / "deaf.pid");
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  pid_t pid = 0;
  in >> pid;
  ASSERT_GT(pid, 0);
  evaluator->forget();
  EXPECT_FALSE(std::filesystem::exists("/proc/" + std::to_string(pid)));
}

// A zombie counts as ended: whose child it has become decides when it is gone.
bool runs(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return in >> number >> name >> state && state != "Z";
}

TEST(CommandEvaluator, WhatItStartedEndsWithIt) {
  const fake::Folder folder;
  for (const char* const leaves : {"", "setsid "}) {  // its process group too
    const auto evaluator = make_command_evaluator(options(
        script(folder, "parent",
               fmt::format("read x; rm -f \"$0.pid\"\n"
                           "{}sh -c 'echo $$ > \"$0.pid\"; exec sleep 60' \"$0\" &\n"
                           "until [ -s \"$0.pid\" ]; do sleep 0.01; done; echo '{{}}'; wait\n",
                           leaves))));
    EXPECT_EQ(evaluator->evaluate({"gelu", "t", 7, 40}).outcome, Outcome::crashed);
    pid_t pid = 0;
    std::ifstream(folder / "parent.pid") >> pid;
    ASSERT_GT(pid, 0);
    for (int i = 0; i < 500 && runs(pid); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    EXPECT_FALSE(runs(pid)) << leaves;
  }
}

TEST(CommandEvaluator, AStudyIsSearchedWithIt) {
  const fake::Folder folder;
  script(folder, "polite", kPolite);
  std::string text = fake::study_text(4, "evaluator: {command: [polite], grace: 1}\n");
  text.replace(text.find("steps: 60"), 9, "steps: 40");
  const StudyConfig config = parse_study(text, folder / "toy.yaml");
  EXPECT_EQ(config.command.command[0], folder / "polite") << "beside the study";
  EXPECT_NE(config.text.find(folder / "polite"), std::string::npos);
  fake::Sampler sampler;
  const SearchOptions search = fake::options(config, folder / "j.log", sampler);
  Pool pool(2, [&](int) {
    CommandOptions o = options(config.command.command[0]);
    o.limits = {60, 200};
    return make_command_evaluator(o);
  });
  EXPECT_TRUE(run_search(search, pool).complete);
  for (const Trial& trial : summarise(config, folder / "j.log").trials)
    EXPECT_EQ(trial.outcome, Outcome::ok) << trial.reason;
}

}  // namespace
}  // namespace antigrad::search
