// Formula, fingerprint and sizes of an activation.
#include "search/candidate.hpp"

#include <fmt/format.h>

#include "space/error.hpp"
#include "space/fingerprint.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"
#include "space/zoo.hpp"

namespace antigrad::search {
namespace {

space::Names names_of(const space::Activation& activation) {
  space::Names names;
  for (const space::Parameter& parameter : activation.parameters) names.push_back(parameter.name);
  return names;
}

// An activation that is given by f has no pieces to count.
void count_pieces(const std::string& text, Candidate& candidate) {
  try {
    const space::Gradient gradient = space::parse_gradient(text);
    candidate.pieces = static_cast<int>(gradient.pieces.size());
    for (const space::Piece& piece : gradient.pieces) {
      candidate.terms += static_cast<int>(piece.terms.size());
    }
  } catch (const space::Error&) {
    candidate.pieces = 0;
  }
}

}  // namespace

Candidate describe_activation(const std::string& text) {
  const space::Activation activation = space::parse_activation(text);
  Candidate candidate;
  candidate.activation = activation.text;
  candidate.f = space::to_string(activation.f, names_of(activation));
  candidate.fingerprint = fmt::format("{:016x}", space::fingerprint(activation));
  candidate.parameters = static_cast<int>(activation.parameters.size());
  count_pieces(activation.text, candidate);
  return candidate;
}

Candidate describe_baseline(const std::string& name, const Describe& describe,
                            const space::Definitions& known) {
  const space::ZooEntry* const entry = known.find(name);
  const bool own = entry != nullptr && entry != space::find_in_zoo(name);
  Candidate candidate = describe(own ? entry->text : name);
  candidate.name = name;
  if (entry != nullptr) candidate.title = entry->title;
  candidate.baseline = true;
  candidate.operation = "baseline";
  return candidate;
}

}  // namespace antigrad::search
