# The test part cannot be opened by what searches: none of the lines below may compile, but the two without a key; and no
# file but those of the promotion itself may speak of class Promotion, which alone makes a key.
# cmake -DROOT=folder -DWORK=folder -DCOMPILER=c++ -P test_part.cmake
set(allowed
  "(void)images.validation.labels.size()[semicolon]"
  "const Sealed<int> count = images.test.then([](const Images& test) { return test.count[semicolon] })[semicolon] (void)count[semicolon]")
set(forbidden
  "TestKey key[semicolon]"
  "(void)images.test.open(TestKey())[semicolon]"
  "(void)images.test.open(TestKey{})[semicolon]"
  "(void)images.test.open({})[semicolon]"
  "(void)images.test.open()[semicolon]"
  "(void)text.test.open({})[semicolon]"
  "(void)images.test.make_()[semicolon]"
  "(void)uncut.images_[semicolon]"
  "struct Mine : TestKey {}[semicolon] (void)images.test.open(Mine())[semicolon]"
  "(void)text.train.tokens_[semicolon]")
set(source ${WORK}/test_part.cpp)

# Every line alone in a function that has what a search has; sets `error` and `result`.
function(compile lines)
  set(code "#include \"trainer/data/images.hpp\"\n#include \"trainer/data/text.hpp\"\nusing namespace antigrad::trainer;\n")
  set(number 0)
  foreach (line IN LISTS lines)
    math(EXPR number "${number} + 1")
    string(APPEND code "int search${number}(ImageParts& images, TextParts& text, UncutImages& uncut) {\n#line ${number} \"line\"\n"
      "${line}\nreturn images.train.count + static_cast<int>(text.train.size()) + (&uncut != nullptr);\n}\n")
  endforeach ()
  string(REPLACE "[semicolon]" ";" code "${code}")
  file(WRITE ${source} "${code}")
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${ROOT} ${source} RESULT_VARIABLE result ERROR_VARIABLE error)
  set(result ${result} PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
endfunction()

compile("${allowed}")
if (NOT result EQUAL 0)
  message(FATAL_ERROR "what a search may do does not compile:\n${error}")
endif ()
compile("${forbidden}")
set(number 0)
foreach (line IN LISTS forbidden)
  math(EXPR number "${number} + 1")
  # It must fail for the key, not for a slip of the pen.
  if (NOT error MATCHES "(^|\n)line:${number}:[0-9]+: (fatal )?error: [^\n]*(private|deleted|no matching function|could not convert|too few arguments)")
    message(SEND_ERROR "'${line}' opens the test part, or fails for another reason:\n${error}")
  endif ()
endforeach ()

file(GLOB_RECURSE files ${ROOT}/space/*.?pp ${ROOT}/kernels/*.?pp ${ROOT}/trainer/*.?pp ${ROOT}/search/*.?pp ${ROOT}/experiments/*.?pp)
set(seen 0)
foreach (file IN LISTS files)
  file(RELATIVE_PATH name ${ROOT} ${file})
  if (name MATCHES "promot[^/]*$")
    continue()
  endif ()
  math(EXPR seen "${seen} + 1")
  file(STRINGS ${file} hits REGEX "class Promotion|Promotion::")
  if (hits AND NOT name STREQUAL "trainer/data/sealed.hpp")
    message(SEND_ERROR "${name} speaks of class Promotion; only the promotion of a winner opens the test part: ${hits}")
  endif ()
  file(STRINGS ${file} hits REGEX "# *include *[\"<]trainer/data/(image|token)_files[.]hpp")
  if (hits AND NOT name MATCHES "^trainer/data/")
    message(SEND_ERROR "${name} reads files of data one by one, past the split: ${hits}; read_images and read_text cut them")
  endif ()
endforeach ()
if (seen EQUAL 0)
  message(FATAL_ERROR "no sources found under ${ROOT}")
endif ()
message(STATUS "test part: ${seen} files")
