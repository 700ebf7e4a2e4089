// An Indexed Job: one pod a worker, started again when it fails or its node goes.
#include <fmt/format.h>

#include "experiments/app/remote/launch.hpp"

namespace antigrad::app {
namespace {

constexpr const char* kTokenFile = "/run/antigrad/token";

/// A word as YAML in double quotes.
std::string yaml_quoted(const std::string& word) {
  std::string out = "\"";
  for (const char c : word)
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

// DNS labels: lower case, digits, hyphens.
std::string label(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += plain ? c : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.substr(0, 40);
}

}  // namespace

std::string kubernetes_manifest(const LaunchPlan& plan) {
  std::string words;
  bool token = false;
  for (std::size_t i = 0; i < plan.command.size(); ++i) {
    const bool file = i > 0 && plan.command[i - 1] == "--token-file";
    token = token || file;
    const std::string word = i == 0 ? "antigrad" : file ? kTokenFile : plan.command[i];
    words += fmt::format("            - {}\n", yaml_quoted(word));
  }
  const std::string name = "antigrad-" + label(plan.name);
  std::string out = fmt::format(
      "# kubectl apply -f THIS; the workers end when the server has nothing more.\n"
      "{}"
      "apiVersion: batch/v1\n"
      "kind: Job\n"
      "metadata:\n"
      "  name: {}\n"
      "spec:\n"
      "  completionMode: Indexed\n"
      "  completions: {}\n"
      "  parallelism: {}\n"
      "  backoffLimit: {}\n"
      "  podFailurePolicy:\n"
      "    rules:\n"
      "      - action: Ignore  # drained and preempted nodes are nobody's fault\n"
      "        onPodConditions:\n"
      "          - type: DisruptionTarget\n"
      "            status: \"True\"\n"
      "  template:\n"
      "    spec:\n"
      "      restartPolicy: Never\n"
      "      terminationGracePeriodSeconds: 30  # a trial is given back within seconds\n"
      "      containers:\n"
      "        - name: worker\n"
      "          image: {}\n"
      "          command:\n{}"
      "          env:\n"
      "            - name: ANTIGRAD_CACHE\n"
      "              value: /cache\n"
      "          volumeMounts:\n"
      "            - name: cache\n"
      "              mountPath: /cache\n",
      token ? fmt::format("# The token first: kubectl create secret generic {}-token "
                          "--from-file=token=FILE\n",
                          name)
            : "",
      name, plan.workers, plan.workers, 6 * plan.workers, yaml_quoted(plan.image), words);
  if (token)
    out +=
        "            - name: token\n"
        "              mountPath: /run/antigrad\n"
        "              readOnly: true\n";
  out +=
      "      volumes:\n"
      "        - name: cache\n"
      "          emptyDir: {}\n";
  if (token)
    out += fmt::format(
        "        - name: token\n"
        "          secret:\n"
        "            secretName: {}-token\n"
        "            defaultMode: 0400\n",
        name);
  return out;
}

}  // namespace antigrad::app
