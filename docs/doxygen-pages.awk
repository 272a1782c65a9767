# What Doxygen reads of a page. Links to public headers lead to their reference; links to files that are not part of the
# reference become plain text; links into a page lead to its top, as Doxygen names headings otherwise.
{ print with_links_resolved($0) }

function with_links_resolved(line,   result, before, link, middle, text, target) {
  result = ""
  while (match(line, /\[[^\]]*\]\([^)]*\)/)) {
    link = substr(line, RSTART, RLENGTH)
    before = substr(line, 1, RSTART - 1)
    line = substr(line, RSTART + RLENGTH)
    middle = index(link, "](")
    text = substr(link, 2, middle - 2)
    target = substr(link, middle + 2, length(link) - middle - 2)
    if (target ~ /^\.\.\/include\//) {
      link = "[" text "](@ref " substr(target, 12) ")"
    } else if (target ~ /^(\.\.\/|#)/) {
      link = text
    } else if (target !~ /^https?:/) {
      sub(/#.*/, "", target)
      link = "[" text "](" target ")"
    }
    result = result before link
  }
  return result line
}
