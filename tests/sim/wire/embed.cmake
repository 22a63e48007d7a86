# Writes OUTPUT, a C++ source that defines xenha::sim::NAME, an array of pieces of INPUT's text. In pieces, because
# compilers need not take string literals of more than 65,536 characters.
file(READ ${INPUT} text)
string(LENGTH "${text}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 30000 piece)
  string(APPEND pieces "    R\"xenha(${piece})xenha\",\n")
  math(EXPR at "${at} + 30000")
endwhile()
file(WRITE ${OUTPUT} "#include \"tests/sim/wire/embedded.h\"\n\nnamespace xenha::sim {\n\nconst std::initializer_list<std::string_view> ${NAME} = {\n${pieces}};\n\n}  // namespace xenha::sim\n")
