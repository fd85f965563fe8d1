import { setOf, valued, type Lexicon } from './lexicon.js';

export const german: Lexicon = {
  values: valued([
    [
      4,
      'perfekt, perfekte, perfekter, perfektes, hervorragend, hervorragende, ausgezeichnet, fantastisch, traumhaft, genial, begeistert, liebe, klasse, spitze, top, einwandfrei, makellos, unschlagbar, sensationell, überragend',
    ],
    [
      3,
      'super, toll, tolle, toller, tolles, tollen, wunderbar, wunderschön, empfehlen, empfehlenswert, empfehlung, zuverlässig, robust, stabil, hochwertig, hochwertige, bequem, lecker, überzeugt, überzeugend, kaufempfehlung, zufrieden, langlebig, gerne wieder, jederzeit wieder, sehr gut, weiterempfehlen, liebevoll, sauber verarbeitet',
    ],
    [
      2,
      'gut, gute, guter, gutes, guten, gutem, schön, schöne, schöner, schönes, schönen, schnell, schnelle, schneller, einfach, leicht, leise, praktisch, angenehm, angenehme, günstig, preiswert, passt, passgenau, weich, warm, handlich, kompakt, problemlos, reibungslos, solide, stylisch, hübsch, schick, edel, sauber, wie beschrieben, freundlich, funktioniert, hält, lohnt, gefällt, ordentlich, scharf, intuitiv',
    ],
    [1, 'okay, ok, in ordnung, brauchbar, ausreichend, nett'],
    [
      -1,
      'mittelmäßig, durchschnittlich, schwer, laut, klein, teuer, teure, eng, dünn, langsam, umständlich, gewöhnungsbedürftig, naja, steif, kurz',
    ],
    [
      -2,
      'leider, enttäuscht, enttäuschend, enttäuschung, zu klein, zu groß, zu eng, zu kurz, zu lang, zu laut, zu dünn, zu schwer, zu teuer, überteuert, unbequem, unpraktisch, zurückgeschickt, zurückgegeben, zurück geschickt, rücksendung, retoure, geht zurück, kratzt, kratzig, verkratzt, wackelt, wackelig, wacklig, instabil, quietscht, klappert, problem, probleme, mangelhaft, fehlerhaft, fehlt, fehlte, fehler, schwach, schwache, schwierig, kompliziert, undicht, tropft, ausgelaufen, stinkt, riecht, geruch, gestank, verzogen, eingelaufen, ausgeblichen, unscharf, nervt, nervig, ärgerlich, nie wieder, billig verarbeitet, wirkt billig, lieblos, unfreundlich, verspätet, lässt nach, nachgelassen',
    ],
    [
      -3,
      'schlecht, schlechte, schlechter, schlechtes, schlechten, schrecklich, furchtbar, katastrophe, katastrophal, kaputt, defekt, defekte, gebrochen, abgebrochen, zerbrochen, gerissen, unbrauchbar, nutzlos, schrott, müll, mist, miserabel, frechheit, betrug, fälschung, finger weg, geldverschwendung, rausgeschmissenes geld, reklamation, reklamiert, geld zurück, abzuraten, nicht empfehlen, nicht zu empfehlen, nicht empfehlenswert, hässlich, grausam, ungenügend, versagt, ausgefallen',
    ],
    [0, 'alter, art, die, not, war, bad, stern, sterne, billig, falten, arm, brand, rat, mag'],
  ]),
  negations: setOf('nicht nie niemals kein keine keinen keiner keines keinem ohne kaum weder nichts wenig'),
  degrees: {
    sehr: 1.3,
    wirklich: 1.3,
    so: 1.2,
    extrem: 1.5,
    super: 1.4,
    absolut: 1.5,
    total: 1.4,
    echt: 1.2,
    ganz: 1.1,
    zu: 1.2,
    viel: 1.2,
    besonders: 1.3,
    richtig: 1.3,
    äußerst: 1.5,
    etwas: 0.7,
    ziemlich: 1.1,
    leicht: 0.8,
    relativ: 0.9,
    fast: 0.8,
    bisschen: 0.7,
  },
  contrasts: /\b(?:aber|jedoch|allerdings|leider|dafür|obwohl|trotzdem|sondern)\b/giu,
  common: setOf(
    'aber alle allem allen aller alles als also am an artikel auch auf aus bei beim bekommen bereits besser bestellt bestellung bin bis bisher bruder da dabei dadurch dafür damit dann das dass dem den denn der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines einfach einmal er erhalten erst es etwas euch finde frau freund freunde freundin für gab ganz gar geht gekauft genau gerne gibt gut gute guten habe haben hat hatte hier ich ihm ihn ihr im immer in ins insgesamt irgendwie ist ja jahr jahre jede jedem jeden jeder jedes jedoch jemand jetzt kam kann kauf kaufen kein keine kinder klare können könnte lassen leider machen macht mal mama man mann mehr mein meine meinem meinen meiner mich mir mit monat monate mutter nach nicht nichts niemand noch nun nur ob oder ohne papa preislich produkt schon schwester sehr sein seine seit sich sie sind so sogar sohn sollte sonst stern sterne super tag tage tagen tochter toll um unbedingt und uns unter vater viel viele vom von vor war waren was weil weiter wenn wer werden wie wieder wir wird wirklich wo woche wochen wurde wurden würde zu zum zur zwei über',
  ),
};
