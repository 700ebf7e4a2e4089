// A user's own primitives and activations: formulas as text in YAML, nothing else. What is derived
// from them holds whole formulas, so it reads anywhere without the definitions.
//
//   primitives:
//     - {name: bump, y: "exp(-x^2)/(1 + x^2)"}
//   activations:
//     - {name: bumpy, g: "sigmoid(x) + 0.3*bump(2*x)"}     # or f: "...", or gate: "..."
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "space/expr.hpp"
#include "space/text.hpp"
#include "space/yaml.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {

/// A function of x, without parameters, that formulas may call like a row of the table.
struct UserPrimitive {
  std::string name;
  std::string text;  // as the user wrote it
  Expr y;            // earlier primitives of the user written out
};

class Definitions {
 public:
  /// A map with `primitives` and `activations`, each optional. Throws Error with file, line and
  /// column: names that are taken, formulas that do not parse.
  static Definitions read(const Yaml& node);
  static Definitions load(const std::string& file);

  bool empty() const { return primitives_.empty() && activations_.empty(); }
  std::span<const UserPrimitive> primitives() const { return primitives_; }
  /// Their texts hold whole formulas.
  std::span<const ZooEntry> activations() const { return activations_; }
  /// The user's activation of this name, else the zoo's; nullptr when there is none.
  const ZooEntry* find(std::string_view name) const;
  /// The user's names and the zoo's.
  std::vector<std::string> names() const;

 private:
  void add_primitive(const Yaml& item);
  void add_activation(const Yaml& item);
  void check_name(const Yaml& node, std::string_view name) const;
  std::vector<UserPrimitive> primitives_;
  std::vector<ZooEntry> activations_;
};

/// As parse_activation(text), where formulas may call the user's primitives and a name may be the
/// user's. The activation's text holds whole formulas. A gradient that is no sum of products of
/// rows once a primitive is written out is integrated by a table of the primitive, and given by f.
Activation parse_activation(std::string_view text, const Definitions& known);

}  // namespace antigrad::space
