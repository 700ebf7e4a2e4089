# Writes a ctest file with one test a suite of a GoogleTest program: for one that takes long to start.
# cmake -DPROGRAM=file -DNAME=trainer -DOUT=file.cmake -P suites.cmake
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listed RESULT_VARIABLE failed)
if (failed)
  message(FATAL_ERROR "${PROGRAM} --gtest_list_tests: ${failed}")
endif ()
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_/]+[.]" suites "${listed}")
set(text "")
foreach (suite IN LISTS suites)
  string(STRIP "${suite}" suite)
  string(REGEX REPLACE "[.]$" "" suite "${suite}")
  string(APPEND text "add_test(\"${NAME}.${suite}\" \"${PROGRAM}\" \"--gtest_filter=${suite}.*\")\n"
    "set_tests_properties(\"${NAME}.${suite}\" PROPERTIES LABELS ${NAME} ENVIRONMENT \"ANTIGRAD_CACHE=${CACHE}\")\n")
endforeach ()
file(WRITE ${OUT} "${text}")
