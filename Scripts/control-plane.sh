#!/usr/bin/env bash
# Builds the Kubernetes control plane that the end-to-end tests run against, once,
# from Debian's source package, into a folder outside the repository:
#   control-plane.sh            builds when missing, prints the folder
# kube-apiserver, kube-controller-manager and kubectl end up there; etcd is a package.
set -euo pipefail

cache=${MARTLET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet}
version=1.20.2
# Another number where what is built from the same version changes.
target=$cache/control-plane-$version-3

complete() { for binary in kube-apiserver kube-controller-manager kubectl; do [ -x "$target/$binary" ] || return 1; done; }

if complete; then echo "$target"; exit 0; fi
mkdir -p "$cache"
exec 3>&1 1>&2
exec 9>"$cache/control-plane.lock"
flock 9
if complete; then echo "$target" >&3; exit 0; fi

work=$(mktemp -d "$cache/build.XXXXXX")
trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

# The machine's own package sources, asked for source packages instead of binaries.
mkdir -p apt/sources.list.d apt/lists/partial
for file in /etc/apt/sources.list.d/*.sources; do
    [ -e "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" > "apt/sources.list.d/$(basename "$file")"
done
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null \
    | sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' > apt/sources.list || true
apt=(apt-get -o "Dir::Etc::SourceList=$work/apt/sources.list" -o "Dir::Etc::SourceParts=$work/apt/sources.list.d"
    -o "Dir::State::Lists=$work/apt/lists" -o "APT::Sandbox::User=$(id -un)")
echo "control plane: fetching the source of Kubernetes $version (once; kept in $target)"
# A source list that cannot be read (a third party's) must not stop the one that can.
"${apt[@]}" -qq update || true
"${apt[@]}" -qq source --download-only kubernetes

mkdir tree
tar -xf kubernetes_*.orig.tar.* -C tree --strip-components=1
tar -xf kubernetes_*.debian.tar.* -C tree
cd tree
while read -r name rest; do
    case $name in ''|'#'*) continue ;; esac
    patch -s -p1 < "debian/patches/$name"
done < debian/patches/series

# Its copy of reflect2 calls the map iterator as Go before 1.18 had it, and an API server built so dies of any
# custom resource with labels or annotations (modern-go/reflect2, corrected in 1.0.2).
reflect2=vendor/github.com/modern-go/reflect2
fields='t, h, buckets, bptr, overflow, oldoverflow unsafe.Pointer\n\tstartBucket uintptr\n\toffset uint8\n\twrapped bool\n\tB, i uint8\n\tbucket, checkBucket uintptr'
sed -i -e 's/^func mapiterinit(.*/func mapiterinit(rtype unsafe.Pointer, m unsafe.Pointer, it *hiter)/' \
    -e "s/^\([[:space:]]*\)\/\/ rest fields are ignored.*/\1$fields/" $reflect2/unsafe_link.go
grep -q checkBucket $reflect2/unsafe_link.go || { echo "control plane: reflect2 is another one than the correction is for"; exit 1; }
sed -i -e 's/^\treturn &UnsafeMapIterator{/\tit := new(hiter)\n\tmapiterinit(type2.rtype, *(*unsafe.Pointer)(obj), it)\n&/' \
    -e 's/hiter: *mapiterinit(.*),$/hiter: it,/' $reflect2/unsafe_map.go

# Its check of types takes a value for null whose bytes are where Go keeps its zeros; Go before 1.17 kept a zero made by
# reflection elsewhere, so that this was only ever true of null. Otherwise "", 0 and false are refused in custom
# resources, and a definition with such a default as well.
for types in vendor/{github.com/go-openapi,k8s.io/kube-openapi/pkg/validation}/validate/type.go; do
    sed -i -e 's/if data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data)) {/if data == nil {/' $types
    grep -q 'if data == nil {' $types || { echo "control plane: the check of types is another one than the correction is for"; exit 1; }
done

echo "control plane: building (5 to 11 minutes on two cores)"
mkdir -p .go/src/k8s.io
ln -s "$PWD" .go/src/k8s.io/kubernetes
cd .go/src/k8s.io/kubernetes
# make, not go build: generated files are missing from the source package.
env -i PATH=/usr/bin:/bin HOME="$work" GOPATH="$work/tree/.go" CGO_ENABLED=0 GOPROXY=off GOFLAGS=-mod=vendor \
    nice -n 10 make WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kubectl" > "$work/build.log" 2>&1 \
    || { tail -n 40 "$work/build.log"; exit 1; }

mkdir -p "$target.new"
for binary in kube-apiserver kube-controller-manager kubectl; do
    found=$(find "$work/tree" -type f -name "$binary" -perm -u+x | head -n 1)
    [ -n "$found" ] || { echo "control plane: the build made no $binary"; exit 1; }
    install -m 755 "$found" "$target.new/$binary"
done
rm -rf "$target"
mv "$target.new" "$target"
echo "$target" >&3
