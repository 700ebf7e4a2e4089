// What an activation can be exported to: one row a target, and the files it becomes.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/export/subject.hpp"

namespace antigrad::kernels {

struct ExportedFile {
  /// In the folder that the user chose: "gelu_torch.py". "gelu_onnx_test/...": one of a folder
  /// that holds what tests the files beside it, and nothing else.
  std::string name;
  std::string content;
};

struct ExportTarget {
  std::string_view name;     // "torch"
  std::string_view meaning;  // one line
  std::vector<ExportedFile> (*write)(const Subject&);
};

/// All of them, in the order of help texts.
std::span<const ExportTarget> export_targets();
/// Throws space::Error, with a suggestion, for an unknown one.
const ExportTarget& export_target(std::string_view name);

/// The files of one target. Throws space::Error for parameter values that do not fit, and for a
/// gate where the target takes functions of one input only.
std::vector<ExportedFile> export_files(const ExportTarget& target, const Subject& subject);

}  // namespace antigrad::kernels
