# The test part cannot be opened by what searches: each piece of code below must not compile, and the first, without it,
# must; and no file but those of the promotion itself may speak of class Promotion, which alone makes a key.
# cmake -DROOT=folder -DWORK=folder -DCOMPILER=c++ -P test_part.cmake
set(source ${WORK}/test_part.cpp)

function(expect wanted body)
  file(WRITE ${source} "#include \"trainer/data/images.hpp\"\n#include \"trainer/data/text.hpp\"\n"
    "using namespace antigrad::trainer;\n"
    "int search(ImageParts& images, TextParts& text, UncutImages& uncut) {\n  ${body}\n"
    "  return images.train.count + static_cast<int>(text.train.size()) + (&uncut != nullptr);\n}\n")
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${ROOT} ${source} RESULT_VARIABLE result ERROR_VARIABLE error)
  if ((result EQUAL 0 AND wanted STREQUAL fails) OR (NOT result EQUAL 0 AND wanted STREQUAL compiles))
    message(SEND_ERROR "'${body}': expected that it ${wanted}, the compiler's result is ${result}\n${error}")
  endif ()
  # What fails must fail for the key, not for a slip of the pen.
  if (wanted STREQUAL fails AND NOT error MATCHES "private|deleted|no matching function|could not convert")
    message(SEND_ERROR "'${body}' does not compile for another reason:\n${error}")
  endif ()
endfunction()

expect(compiles "(void)images.validation.labels.size();")
expect(compiles "const Sealed<int> count = images.test.then([](const Images& test) { return test.count; }); (void)count;")
expect(fails "TestKey key;")
expect(fails "(void)images.test.open(TestKey());")
expect(fails "(void)images.test.open(TestKey{});")
expect(fails "(void)images.test.open({});")
expect(fails "(void)images.test.open();")
expect(fails "(void)text.test.open({});")
expect(fails "(void)images.test.make_();")
expect(fails "(void)uncut.images_;")
expect(fails "struct Mine : TestKey {}; (void)images.test.open(Mine());")
expect(fails "std::vector<std::int64_t> ids(9); text.train.tokens_.copy(0, ids);")

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
