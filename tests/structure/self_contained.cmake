# Fails if a tracked file speaks of the machine it was written on: folders of that machine, hosts of package
# registries (the user's own configuration says which to use). Skipped, saying so, outside a git checkout.
# cmake -DROOT=folder -P self_contained.cmake
find_program(git git)
if (NOT git)
  message(STATUS "skipped: needs git")
  return()
endif ()
# Written so that no pattern matches its own text.
set(patterns "(^|[^A-Za-z0-9_.])/work[/]" "/tmp/s[/]" "/home[/][a-z]" "pypi[.]org" "pythonhosted[.]org"
  "debian[.]org" "download[.]pytorch[.]org" "[.][.]/shared")
set(failures 0)
foreach (pattern IN LISTS patterns)
  # .ci/run alone may look beside the checkout for real data.
  execute_process(COMMAND ${git} grep -nIE -e ${pattern} -- . ":!.ci/run" WORKING_DIRECTORY ${ROOT}
    RESULT_VARIABLE result OUTPUT_VARIABLE hits ERROR_VARIABLE error)
  if (result EQUAL 128)
    message(STATUS "skipped: ${ROOT} is no git checkout")
    return()
  elseif (result EQUAL 0)
    message(SEND_ERROR "tracked files hold what matches ${pattern}:\n${hits}")
    math(EXPR failures "${failures} + 1")
  elseif (NOT result EQUAL 1)
    message(FATAL_ERROR "git grep ${pattern}: ${error}")
  endif ()
endforeach ()
list(LENGTH patterns count)
message(STATUS "self-contained: ${count} patterns, ${failures} found")
