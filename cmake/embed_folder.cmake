# Writes the text files of a folder as a table of assets for the page: cmake -DIN=folder -DOUT=file.cpp -P embed_folder.cmake
file(GLOB files ${IN}/*)
set(rows "")
foreach (file IN LISTS files)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach ()
file(WRITE ${OUT} "#include \"experiments/app/page_assets.hpp\"\n\nnamespace antigrad::app {\n\nstd::span<const search::page::Asset> page_assets() {\n  static constexpr search::page::Asset kAssets[] = {\n${rows}  };\n  return kAssets;\n}\n\n}  // namespace antigrad::app\n")
