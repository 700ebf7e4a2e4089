# Copies a text file with one piece of its text replaced; an error unless the piece is there exactly once:
# cmake -DIN=file -DOUT=file -DFROM=text -DTO=text -P replace.cmake
file(READ ${IN} text)
string(FIND "${text}" "${FROM}" first)
string(FIND "${text}" "${FROM}" last REVERSE)
if (first EQUAL -1)
  message(FATAL_ERROR "${IN}: \"${FROM}\" is not there to be replaced; change the text that the build asks to replace")
elseif (NOT first EQUAL last)
  message(FATAL_ERROR "${IN}: \"${FROM}\" is there more than once; ask for a longer piece of text")
endif ()
string(REPLACE "${FROM}" "${TO}" text "${text}")
file(WRITE ${OUT} "${text}")
