// How a page without scripts looks.
#include "search/report/report_page.hpp"

namespace antigrad::search::report {

// Colours of finalists: Okabe and Ito's, which colour-blind people tell apart; lighter on dark.
const char* const kStyle = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#16191d;--muted:#5a626d;--rule:#cfd4da;--grid:#e9ecef;
--card:#f6f7f9;--link:#0b5cad;--base:#6d747d;--f0:#0072b2;--f1:#c44e00;--f2:#008a63;--f3:#b1527f;
--f4:#9a6a00;--f5:#2b8cc4;--good:#00714f;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e7e9ec;--muted:#a3abb5;--rule:#3b424b;
--grid:#262b31;--card:#1b1f24;--link:#7cb8f2;--base:#9aa2ac;--f0:#56b4e9;--f1:#f58a45;--f2:#31c48d;
--f3:#e59ac2;--f4:#e3b341;--f5:#9db7ff;--good:#4fd1a1;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1280px;padding:0 20px 48px;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4em;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.25;margin:2.2em 0 .4em}
h3{font-size:1rem;margin:0 0 .3em;display:flex;gap:.5em;align-items:center}
p{max-width:75ch;margin:.4em 0 .9em}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
header{padding-top:28px}
.kind{color:var(--muted);margin:0;font-size:.9rem}
.verdict{font-size:1.2rem;line-height:1.4}
.verdicts{margin:0 0 1em;padding-left:1.2em}
.winner{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 16px;margin:0 0 16px}
.winner h2{margin:0 0 .4em;font-size:1.05rem}
.winner dl{margin:0}
.winner dt{color:var(--muted);font-size:.85rem}
.winner dd{margin:0 0 .7em}
math{font-size:1.15em}
mtable.cases{border-left:1.5px solid var(--muted);padding-left:.3em;margin-left:.2em}
mtd{text-align:left;padding:.15em .6em .15em .2em}
math+code,.math+code{color:var(--muted)}
.math{overflow-x:auto;overflow-y:hidden;padding:6px 0 8px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:10px 28px;margin:0}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0}
nav{display:flex;flex-wrap:wrap;gap:6px 20px;border-block:1px solid var(--rule);padding:8px 0;margin-top:22px}
code{font:.85em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.scroll{overflow-x:auto;border:1px solid var(--rule);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.86rem}
th,td{padding:7px 8px;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);font-weight:normal}
thead th{color:var(--muted);font-weight:600;vertical-align:bottom;border-bottom:1px solid var(--rule)}
thead th[scope=colgroup]{text-align:center;border-left:1px solid var(--rule)}
tbody tr:last-child>*{border-bottom:0}
.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
small{color:var(--muted);font-size:.82em}
.who{font-weight:600;margin:0 .4em}
tbody th code{display:block;color:var(--muted);max-width:30em;min-width:13em}
.finalist{background:var(--card)}
td.outcome{white-space:nowrap}
td.failed{white-space:normal;min-width:14em}
th.num{white-space:normal}
.better strong{color:var(--good)}
.worse strong,.failed strong,tr.fail .state,tr.fail .reason strong{color:var(--bad)}
td.formula{min-width:20em;max-width:34em}
td.reason{min-width:9em}
td.origin{white-space:nowrap}
details summary{cursor:pointer;color:var(--muted);font-size:.85em;width:max-content}
tr.pruned,tr.fail{color:var(--muted)}
thead button{font:inherit;color:inherit;background:none;border:0;padding:2px 0;cursor:pointer;white-space:nowrap}
thead button::after{content:" ↕";opacity:.45}
thead [aria-sort=ascending] button::after{content:" ↑";opacity:1}
thead [aria-sort=descending] button::after{content:" ↓";opacity:1}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:18px 28px;margin-top:16px}
.intervals{grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr))}
.figures figure{max-width:590px}
.drawings{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,380px),1fr));gap:16px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 14px;min-width:0}
.card .formula,.note{margin:.3em 0 0;font-size:.85rem;color:var(--muted)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px}
figure{margin:0;min-width:0}
figcaption{font-size:.9rem;font-weight:600;margin-bottom:2px}
.card figcaption{font-style:italic}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 22px;margin:0 0 8px;padding:0;font-size:.88rem}
svg{display:block;width:100%;height:auto;overflow:visible}
.swatch{display:inline-block;width:28px;height:8px;vertical-align:middle;flex:none}
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--fg)}
.tick{fill:var(--muted);font-size:11px}
.strong{fill:var(--fg);font-weight:600}
.name{font-size:11.5px}
.axis{stroke:var(--muted);stroke-width:1;fill:none}
.grid{stroke:var(--grid);stroke-width:1;fill:none}
.line{fill:none;stroke:var(--c,var(--fg));stroke-width:1.8;stroke-linejoin:round}
.dot{fill:var(--c,var(--fg));stroke:var(--bg);stroke-width:1}
.ring{fill:none;stroke:var(--c,var(--fg));stroke-width:1.5}
.leader{fill:none;stroke:var(--c,var(--fg));stroke-width:1;stroke-dasharray:none!important}
.faint{--c:var(--base);stroke-width:1;opacity:.38}
.trained{stroke-width:.9;opacity:.6}
.own{stroke-width:2.4}
.whisker{stroke-width:2.4;stroke-dasharray:none!important}
.zero{--c:var(--rule);stroke-width:1}
.knot{--c:var(--muted);stroke-width:1;stroke-dasharray:1 3}
.reference{--c:var(--base);stroke-width:1.2;stroke-dasharray:4 3}
.band{fill:var(--base);opacity:.14}
.best{--c:var(--f0);stroke-width:2}
.complete{--c:var(--f0)}
.pruned{--c:var(--base)}
.failed{--c:var(--bad)}
.baseline{--c:var(--base)}
.f0{--c:var(--f0)}.f1{--c:var(--f1)}.f2{--c:var(--f2)}.f3{--c:var(--f3)}.f4{--c:var(--f4)}.f5{--c:var(--f5)}
.b0,.b1,.b2,.b3,.b4,.b5,.b6,.b7{--c:var(--base)}
.line.b1{stroke-dasharray:7 3}.line.b2{stroke-dasharray:2 2}.line.b3{stroke-dasharray:8 3 2 3}
.line.b4{stroke-dasharray:4 3}.line.b5{stroke-dasharray:1 3}.line.b6{stroke-dasharray:11 4}
.line.b7{stroke-dasharray:5 2 1 2 1 2}
.narrow{display:none}
@media (max-width:640px){
body{padding:0 14px 40px}
.wide{display:none}.narrow{display:block}
h1{font-size:1.55rem}.verdict{font-size:1.08rem}
table.cards,.cards tbody,.cards tr,.cards th,.cards td{display:block}
.cards thead{display:none}
.cards tr{padding:8px 0;border-bottom:1px solid var(--rule)}
.cards tbody tr:last-child{border-bottom:0}
.cards th,.cards td{border:0;padding:3px 12px}
.cards td{display:flex;justify-content:space-between;gap:12px;text-align:right;white-space:normal}
.cards td::before{content:attr(data-label);color:var(--muted);text-align:left;flex:none}
.cards td.failed{display:block;text-align:left}
.cards td.failed::before{content:none}
.facts{grid-template-columns:1fr}
}
@media print{nav,script{display:none}.scroll{overflow:visible}}
)css";

}  // namespace antigrad::search::report
