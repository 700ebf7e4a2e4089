# Checks of the source tree, and of the suite itself: wrong rows must fail it.
add_test(NAME structure.layering COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_SOURCE_DIR}/layering.cmake)
add_test(NAME structure.layering_check_finds_back_arrows
  COMMAND ${CMAKE_COMMAND} -DWORK=${CMAKE_CURRENT_BINARY_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/layering_test.cmake)
add_test(NAME structure.formatting
  COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/formatting.cmake)
add_test(NAME structure.self_contained
  COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/self_contained.cmake)
set_tests_properties(structure.formatting structure.self_contained PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")

add_test(NAME structure.test_part_stays_sealed COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
  -DWORK=${CMAKE_CURRENT_BINARY_DIR} -DCOMPILER=${CMAKE_CXX_COMPILER} -P ${CMAKE_CURRENT_LIST_DIR}/test_part.cmake)

# Where the sanitizers' presets would not build: seen here, where they are not built.
get_property(united GLOBAL PROPERTY ANTIGRAD_UNITED)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/united.txt "${united}")
add_test(NAME structure.united COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/united.py ${CMAKE_SOURCE_DIR}
  ${CMAKE_CURRENT_BINARY_DIR}/united.txt)

# Slopes and antiderivatives of the rows are compiled in space/builder.cpp alone. Built here with a copy of the table
# that has `from` replaced, it takes the place of the library's, and the tests of the rows must name what is wrong.
function(antigrad_wrong_row name from to names)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/wrong_row/${name})
  set(rows ${folder}/space/primitives.def)
  add_custom_command(OUTPUT ${rows} DEPENDS ${CMAKE_SOURCE_DIR}/space/primitives.def ${CMAKE_SOURCE_DIR}/cmake/replace.cmake
    COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_SOURCE_DIR}/space/primitives.def -DOUT=${rows} "-DFROM=${from}" "-DTO=${to}"
      -P ${CMAKE_SOURCE_DIR}/cmake/replace.cmake VERBATIM)
  add_executable(wrong_${name} ${CMAKE_SOURCE_DIR}/space/builder.cpp space/primitives_test.cpp ${rows})
  target_include_directories(wrong_${name} BEFORE PRIVATE ${folder})
  target_link_libraries(wrong_${name} PRIVATE antigrad_space GTest::gtest GTest::gtest_main)
  add_test(NAME structure.wrong_${name}_is_found COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:wrong_${name}>
    "-DNAMES=${names}" -P ${CMAKE_CURRENT_SOURCE_DIR}/structure/wrong_row.cmake)
  set_tests_properties(structure.wrong_${name}_is_found PROPERTIES LABELS structure)
endfunction()
antigrad_wrong_row(slope "base_tanh(a), sech2(a)," "base_tanh(a), K(1.001) * sech2(a)," "slope of tanh")
antigrad_wrong_row(antiderivative "-(y * tanh(K(0.5) * a)), sigmoid(a)," "-(y * tanh(K(0.5) * a)), K(1.001) * sigmoid(a),"
  "antiderivative of logistic_pdf")

set_tests_properties(structure.layering structure.layering_check_finds_back_arrows structure.formatting
  structure.self_contained structure.test_part_stays_sealed structure.united PROPERTIES LABELS structure)
