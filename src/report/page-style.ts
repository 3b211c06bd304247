import { colour, themeVariables } from './palette.js';

/** The style sheet of report pages. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${themeVariables('light')}}
@media (prefers-color-scheme:dark){:root{${themeVariables('dark')}}}
*{box-sizing:border-box}
body{margin:0;background:${colour('page')};color:${colour('ink')};font:15px/1.5 system-ui,sans-serif}
main{max-width:1160px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 8px;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 14px;overflow-wrap:anywhere}
header p{max-width:75ch;margin:0 0 16px;color:${colour('muted')}}
dl{display:flex;flex-wrap:wrap;gap:10px 28px;margin:0}
dt{font-size:.75rem;color:${colour('muted')}}
dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
section{margin-top:24px;padding:20px;background:${colour('panel')};border:1px solid ${colour('rule')};border-radius:10px}
.charts{display:flex;flex-wrap:wrap;gap:24px 20px;align-items:flex-start}
figure{margin:0;max-width:100%}
figure svg{display:block;max-width:100%;height:auto}
.narrow{display:none}
.scroll{overflow-x:auto;margin-top:16px}
.scroll:first-of-type{margin-top:0}
.charts .scroll{flex:1 1 420px;min-width:0;max-width:100%;margin-top:0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:6px}
th,td{padding:7px 10px;text-align:right;vertical-align:top;border-top:1px solid ${colour('rule')};white-space:nowrap}
thead th{border-top:0;color:${colour('muted')};font-weight:400;font-size:.85rem}
th:first-child{position:sticky;left:0;background:${colour('panel')};text-align:left;padding-left:0;white-space:normal;min-width:7.5rem;overflow-wrap:anywhere}
tbody th{font-weight:500}
td small{display:block;color:${colour('muted')};font-size:.75rem;font-weight:400}
td.words,th.words{text-align:left}
.best{font-weight:700}
.reference th,.reference td{color:${colour('muted')};font-style:italic}
.good{color:${colour('good')}}
.bad{color:${colour('bad')}}
.open{color:${colour('muted')}}
.legend{color:${colour('muted')};font-size:.85rem;margin:12px 0 0;max-width:100ch}
ul{margin:0;padding-left:1.2em}
li{overflow-wrap:anywhere}
@media (max-width:620px){
main{padding:20px 10px 40px}
section{padding:14px 12px;border-radius:8px}
.wide{display:none}
.narrow{display:block}
}
@media print{body{background:none}section{break-inside:avoid}}
`;
