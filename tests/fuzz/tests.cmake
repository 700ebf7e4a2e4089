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
    target_include_directories(${name}_${kind} PRIVATE ${CMAKE_BINARY_DIR}/generated)
  endforeach ()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
  add_test(NAME fuzz.${name} COMMAND ${name}_fuzz --runs ${runs} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz)
endfunction()

antigrad_fuzz(expression 3000 antigrad_space)
antigrad_fuzz(simplify 20000 antigrad_space)
antigrad_fuzz(gradient 400 antigrad_space)
antigrad_fuzz(integrate 1000 antigrad_space)
antigrad_fuzz(journal 4000 antigrad_search)
antigrad_fuzz(study 2000 antigrad_search)
antigrad_fuzz(service 1000 antigrad_search)
antigrad_fuzz(data 4000 antigrad_data)

# The routes are the program's: its objects but for main().
antigrad_fuzz(routes 300 antigrad_search antigrad_export antigrad_data antigrad_models ${CMAKE_DL_LIBS})
foreach (target routes_fuzz routes_libfuzzer)
  if (TARGET ${target})
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/experiments/app/network/router.cpp
      "$<FILTER:$<TARGET_OBJECTS:antigrad>,EXCLUDE,app/main\\.cpp>")
  endif ()
endforeach ()
