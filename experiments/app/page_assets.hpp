// The page, embedded in the program: every file of experiments/app/page (cmake/embed_folder.cmake).
#pragma once
#include <span>

#include "search/page/offline.hpp"

namespace antigrad::app {

std::span<const search::page::Asset> page_assets();

}  // namespace antigrad::app
