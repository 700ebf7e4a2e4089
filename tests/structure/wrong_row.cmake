# Passes only if a program built with a wrong row fails its tests and names the row:
# cmake -DPROGRAM=file "-DNAMES=text" -P wrong_row.cmake
execute_process(COMMAND ${PROGRAM} --gtest_brief=1 RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if (NOT result EQUAL 1)
  message(FATAL_ERROR "${PROGRAM} ended with ${result}, expected 1 (tests that fail): a wrong row went through\n${output}")
endif ()
string(FIND "${output}" "${NAMES}" named)
if (named EQUAL -1)
  message(FATAL_ERROR "${PROGRAM} failed without naming \"${NAMES}\":\n${output}")
endif ()
message(STATUS "the tests name the ${NAMES}")
