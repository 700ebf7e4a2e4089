# Tests of the program itself: tests/app/<name>.py, the standard library of Python only, each in a folder of its own.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
function(antigrad_app_test name)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/app/${name})
  file(MAKE_DIRECTORY ${folder})
  add_test(NAME app.${name} WORKING_DIRECTORY ${folder} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/app/${name}.py)
  set_tests_properties(app.${name} PROPERTIES LABELS app TIMEOUT 600
    ENVIRONMENT "ANTIGRAD_BIN=${CMAKE_BINARY_DIR}/bin;ANTIGRAD_SOURCE=${CMAKE_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()

antigrad_app_test(command_line)
antigrad_app_test(derive)
antigrad_app_test(primitive_row)
antigrad_app_test(zoo)
if (TARGET antigrad_trainer)
  antigrad_app_test(search)
  set_tests_properties(app.search PROPERTIES LABELS "app;slow" PROCESSORS 2)
  antigrad_oracle_test(search_run search_run.py)
endif ()
