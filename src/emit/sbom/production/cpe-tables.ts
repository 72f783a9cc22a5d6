/**
 * What syft adds to and takes from its guesses (syft v1.38.0 syft/pkg/cataloger/internal/cpegenerate:
 * candidate_by_package_type.go, vendors_from_url.go). Until v1.51.0 one row was added: `libavif` in v1.42.0.
 */

/** The kind of upstream that a package's name shows. */
export type UpstreamKind = 'apk' | 'python' | 'gem';

export type CandidateTable = Readonly<Record<UpstreamKind, Readonly<Record<string, readonly string[]>>>>;

export const addedVendors: CandidateTable = {
  apk: {
    alsa: ['alsa-project'],
    'alsa-lib': ['alsa-project'],
    bash: ['gnu'],
    bazel: ['google'],
    bind: ['isc'],
    chromium: ['google'],
    clang: ['llvm'],
    curl: ['haxx'],
    firefox: ['mozilla'],
    'firefox-esr': ['mozilla'],
    ghostscript: ['artifex'],
    git: ['git-scm'],
    glib: ['gnome'],
    glibc: ['gnu'],
    go: ['golang'],
    libxpm: ['libxpm_project'],
    make: ['gnu'],
    musl: ['musl-libc'],
    openjdk: ['oracle'],
    openjpeg: ['uclouvain'],
    podofo: ['podofo_project'],
    python: ['python_software_foundation'],
    python3: ['python', 'python_software_foundation'],
    ruby: ['ruby-lang'],
    thunderbird: ['mozilla'],
    wpa_supplicant: ['w1.fi'],
    'xorg-server': ['x.org'],
  },
  python: {
    Django: ['djangoproject'],
    cryptography: ['python-cryptography_project'],
    pip: ['pypa'],
  },
  gem: {
    cgi: ['ruby-lang'],
    date: ['ruby-lang'],
    openssl: ['ruby-lang'],
    rake: ['ruby-lang'],
    rdoc: ['ruby-lang'],
    rexml: ['ruby-lang'],
    trunk: ['ruby-lang'],
    webrick: ['ruby-lang'],
  },
};

export const addedProducts: CandidateTable = {
  apk: {
    apache: ['http_server'],
    chromium: ['chrome'],
    nodejs: ['node.js'],
    'nodejs-current': ['node.js'],
    python3: ['python'],
    tiff: ['libtiff'],
    'xorg-server': ['x_server'],
  },
  python: {
    cryptography: ['python-cryptography'],
    'python-rrdtool': ['rrdtool'],
  },
  gem: {
    'Arabic-Prawn': ['arabic_prawn'],
    RedCloth: ['redcloth_library'],
    VladTheEnterprising: ['vladtheenterprising'],
    'bio-basespace-sdk': ['basespace_ruby_sdk'],
    cremefraiche: ['creme_fraiche'],
    'html-sanitizer': ['html_sanitizer'],
    'sentry-raven': ['raven-ruby'],
    'yajl-ruby': ['yajl-ruby_gem'],
  },
};

export const removedVendors: CandidateTable = { apk: {}, python: { redis: ['redis'] }, gem: {} };

export const removedProducts: CandidateTable = {
  apk: {},
  python: { kubernetes: ['kubernetes'] },
  gem: { grpc: ['grpc'], redis: ['redis'] },
};

/** Vendors by the host of a project's page. */
export const hostVendors: Readonly<Record<string, string>> = {
  'developer.gnome.org': 'gnome',
  'llvm.org': 'llvm',
  'musl.libc.org': 'musl-libc',
  'w1.fi': 'w1.fi',
  'www.gnu.org': 'gnu',
  'www.isc.org': 'isc',
  'www.mozilla.org': 'mozilla',
  'www.ruby-lang.org': 'ruby-lang',
  'www.x.org': 'x.org',
};
