// Gradients as text: what parse_gradient accepts prints and reads back equal; integrate gives an
// activation that reads back from its own text, or says why not.
#include <cmath>

#include "expression_words.hpp"
#include "space/error.hpp"
#include "space/fingerprint.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

constexpr std::size_t kLongest = 400;

void require_sound(const space::Activation& a) {
  require(space::verify(a.f).empty(), "f: " + space::verify(a.f));
  require(space::verify(a.g).empty(), "g: " + space::verify(a.g));
  std::vector<double> theta;
  space::Names names;
  for (const space::Parameter& p : a.parameters) {
    theta.push_back(p.start);
    names.push_back(p.name);
  }
  require(std::isnan(space::value(a.f, NAN, theta)), "f(NaN) is not NaN");
  require(std::isfinite(space::value(a.f, 0.5, theta)), "f(0.5) is not finite");
  const space::Activation again = space::parse_activation(a.text);
  require(again.f == a.f && again.text == a.text, "its text gives another activation: " + a.text);
  require(space::fingerprint(again) == space::fingerprint(a), "its text gives another fingerprint");
  const std::string f = space::to_string(a.f, names);
  require(space::parse(f, names) == a.f, "f reads back as another: " + f);
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all = zoo_texts(false);
  all.emplace_back("[a = 0.5 in (0, inf)] tanh(a*x) | -1 | 0.25*x*sigmoid(2*x - 1); f(1) = 2");
  all.emplace_back("tanh(x)*normal_cdf(x) + 0.1");
  for (const std::string& word : expression_words())
    if (word.ends_with("(x)")) all.push_back(word + " | 0.5 | 0.3*" + word + " + x");
  return all;
}

std::vector<std::string> words() { return expression_words(); }

void run(std::string_view input) {
  if (input.size() > kLongest) return;
  space::Gradient g;
  std::string text;
  try {
    g = space::parse_gradient(input);
    text = space::to_string(g);
  } catch (const space::Error&) {
    return;
  }
  require(space::parse_gradient(text) == g, "the gradient reads back as another: " + text);
  require(space::verify(space::to_expr(g)).empty(), "its expression is not sound: " + text);
  space::Activation a;
  try {
    a = space::integrate(g);
  } catch (const space::Error& error) {
    require(!error.message().empty(), "refused without a reason");
    return;
  }
  require_sound(a);
}

}  // namespace antigrad::fuzz
