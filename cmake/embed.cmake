# Writes a text file as a C++ string constant: cmake -DIN=file -DOUT=file.cpp -DNAMESPACE=a::b -DNAME=kText -P embed.cmake
file(READ ${IN} text)
file(WRITE ${OUT} "namespace ${NAMESPACE} {\nextern const char* const ${NAME};\nconst char* const ${NAME} = R\"embedded(${text})embedded\";\n}  // namespace ${NAMESPACE}\n")
