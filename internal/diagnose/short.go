package diagnose

import "strings"

// shortForms are verbs with "not", written out and short, folded as in a text.
var shortForms = [][2]string{
	{" is not ", " isn t "},
	{" are not ", " aren t "},
	{" was not ", " wasn t "},
	{" were not ", " weren t "},
	{" does not ", " doesn t "},
	{" do not ", " don t "},
	{" did not ", " didn t "},
	{" has not ", " hasn t "},
	{" have not ", " haven t "},
	{" cannot ", " can t "},
	{" cannot ", " can not "},
	{" could not ", " couldn t "},
	{" will not ", " won t "},
	{" would not ", " wouldn t "},
}

// bothWays are words of a class as they may be said: also with "not" short or written out, so that "not known" is heard in "isn't known" and "does not
// exist" stands for "doesn't exist".
func bothWays(words string) []string {
	said := []string{words}
	if !strings.Contains(words, "not ") && !strings.Contains(words, "n t ") {
		return said
	}
	if behind, ok := strings.CutPrefix(words, " not "); ok {
		said = append(said, " t "+behind)
	}
	for _, form := range shortForms {
		for i := range form {
			if other := strings.Replace(words, form[i], form[1-i], 1); other != words {
				said = append(said, other)
			}
		}
	}
	return said
}
