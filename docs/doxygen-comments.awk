# What Doxygen reads of a header. Comments there are plain text with indented formulas: a formula becomes a block of
# code, <name> is no tag of HTML and #N/A no link. The number of lines stays, so that warnings name the right ones.
{
  start = index($0, "///")
  if (start == 0) {
    print
    next
  }
  length_of_mark = substr($0, start, 4) == "///<" ? 4 : 3
  code = substr($0, 1, start - 1)
  mark = substr($0, start, length_of_mark)
  text = substr($0, start + length_of_mark)
  formula = code ~ /^ *$/ && mark == "///" && text ~ /^   /
  if (formula) {
    text = "    " text
  } else {
    gsub(/</, "\\&lt;", text)
    gsub(/#/, "\\&#35;", text)
  }
  print code mark text
}
