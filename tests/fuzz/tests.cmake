# One target each text or file that comes from outside. As a test: its seeds and a seeded number of mutations
# (label fuzz; ANTIGRAD_FULL=1: 50 times as many). With ANTIGRAD_LIBFUZZER (preset fuzz) also as a fuzzer:
#   build/fuzz/bin/gradient_fuzz --corpus C && build/fuzz/bin/gradient_libfuzzer -dict=C.dict -max_len=400 C
option(ANTIGRAD_LIBFUZZER "Build the fuzz targets for libFuzzer too (needs clang)" OFF)

function(antigrad_fuzz name runs)
  foreach (kind fuzz libfuzzer)
    if (kind STREQUAL fuzz)
      add_executable(${name}_fuzz fuzz/${name}_fuzz.cpp fuzz/driver.cpp fuzz/mutate.cpp)
    elseif (ANTIGRAD_LIBFUZZER)
      add_executable(${name}_libfuzzer fuzz/${name}_fuzz.cpp fuzz/libfuzzer.cpp)
      target_link_options(${name}_libfuzzer PRIVATE -fsanitize=fuzzer)
    else ()
      continue()
    endif ()
    target_link_libraries(${name}_${kind} PRIVATE ${ARGN})
    target_compile_definitions(${name}_${kind} PRIVATE ANTIGRAD_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  endforeach ()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
  add_test(NAME fuzz.${name} COMMAND ${name}_fuzz --runs ${runs} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz)
endfunction()

antigrad_fuzz(expression 3000 antigrad_space)
antigrad_fuzz(simplify 20000 antigrad_space)
antigrad_fuzz(gradient 400 antigrad_space)
antigrad_fuzz(journal 4000 antigrad_search)
antigrad_fuzz(study 2000 antigrad_search)
antigrad_fuzz(data 4000 antigrad_data)
