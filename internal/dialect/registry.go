package dialect

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/amavis"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/cbpolicyd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/chasquid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/clamav"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/courier"
	dkimpymilter "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dkimpy-milter"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dma"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dovecot"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exchange"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exim"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/greylistd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/haraka"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/hmailserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/iis"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/kumomta"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mailenable"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mdaemon"
	miltergreylist "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/milter-greylist"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mimedefang"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/msmtp"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/nullmailer"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opendkim"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opendmarc"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opensmtpd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/pmg"
	policydspf "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/policyd-spf"
	policydweight "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/policyd-weight"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postfix"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postfwd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postgrey"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/powermta"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/qmail"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/rspamd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/sendmail"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/spamassassin"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/ssmtp"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/transcript"
)

// All is the list of the dialects, in the order in which they are asked: servers that name themselves first, then programs that stand
// beside them, bare conversations last.
var All = []Parser{
	postfix.Parser{},
	sendmail.Parser{},
	exim.Parser{},
	haraka.Parser{},
	kumomta.Parser{},
	opensmtpd.Parser{},
	exchange.Parser{},
	qmail.Parser{},
	courier.Parser{},
	dma.Parser{},
	ssmtp.Parser{},
	chasquid.Parser{},
	msmtp.Parser{},
	nullmailer.Parser{},
	iis.Parser{},
	powermta.Parser{},
	hmailserver.Parser{},
	mailenable.Parser{},
	mdaemon.Parser{},
	amavis.Parser{},
	cbpolicyd.Parser{},
	clamav.Parser{},
	dkimpymilter.Parser{},
	dovecot.Parser{},
	greylistd.Parser{},
	miltergreylist.Parser{},
	mimedefang.Parser{},
	opendkim.Parser{},
	opendmarc.Parser{},
	pmg.Parser{},
	policydspf.Parser{},
	policydweight.Parser{},
	postfwd.Parser{},
	postgrey.Parser{},
	rspamd.Parser{},
	spamassassin.Parser{},
	transcript.Parser{},
}

// Names lists the dialects for error messages and documents.
func Names() []string {
	names := make([]string, len(All))
	for i, p := range All {
		names[i] = p.Name()
	}
	return names
}
